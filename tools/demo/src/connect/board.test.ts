import { Board, boardLines, plainLine, type BoardState } from './board.ts';

const STATE: BoardState = {
  total: 4_000,
  stages: [
    { name: 'Postgres', done: 4_000 },
    { name: 'S3', done: 1_000 },
  ],
  leaders: [
    { name: 'Chicago (ORD)', score: 200 },
    { name: 'A town with a name that has no end at all (XXX)', score: 50 },
  ],
};

function board(isTTY: boolean) {
  const written: string[] = [];
  let nowMs = 0;
  const stream = { isTTY, write: (text: string) => written.push(text) > 0 };
  const shown = new Board(stream, () => nowMs);
  return { shown, written, pass: (ms: number) => (nowMs += ms) };
}

describe('the board', () => {
  it('has a bar for each stage and the leaders below', () => {
    expect(boardLines(STATE)).toEqual([
      'Postgres [############################] 4,000 of 4,000',
      'S3       [#######                     ] 1,000 of 4,000',
      'departures, live from Redis',
      ' 1. Chicago (ORD)                          200 ============================',
      ' 2. A town with a name that has no en…      50 =======',
    ]);
  });

  it('is one line where nothing can be redrawn', () => {
    expect(plainLine(STATE)).toBe('Postgres 4,000  S3 1,000  of 4,000  leader Chicago (ORD) 200');
    expect(plainLine({ ...STATE, leaders: [] })).toBe('Postgres 4,000  S3 1,000  of 4,000');
  });

  it('is redrawn in place in a terminal, with notes above it, and leaves nothing', () => {
    const { shown, written, pass } = board(true);
    shown.update(STATE);
    shown.update(STATE);
    expect(written).toHaveLength(1);
    pass(1_000);
    shown.update(STATE);
    shown.note('killed');
    shown.finish();

    expect(written.slice(1)).toEqual([`\x1b[5A\r\x1b[0J${boardLines(STATE).join('\n')}\n`, '\x1b[5A\r\x1b[0Jkilled\n']);
  });

  it('says elsewhere each second what has changed, without control characters', () => {
    const { shown, written, pass } = board(false);
    for (let seconds = 0; seconds < 3; seconds++) {
      shown.update(STATE);
      pass(1_000);
    }
    shown.note('killed');
    shown.finish();

    expect(written).toEqual([`${plainLine(STATE)}\n`, 'killed\n']);
  });
});
