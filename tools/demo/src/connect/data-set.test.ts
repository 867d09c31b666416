import { airportsOf, loadDataSet, parseAirports } from './data-set.ts';
import { flightOf } from './parquet-reader.ts';
import { idOf } from './topic-reader.ts';

describe('the data set', () => {
  it('has flights in the order of their file, and every airport that they use', async () => {
    const { flights, airports } = await loadDataSet(1_000);

    expect(flights.map(({ id }) => id)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
    expect(flights[0]).toEqual({
      id: 1,
      departedMs: Date.parse('2001-01-01T00:01:00Z'),
      delay: 33,
      distance: 2176,
      origin: 'LAS',
      destination: 'PHL',
    });
    const codes = new Set(airports.map(({ iata }) => iata));
    expect(flights.every(({ origin, destination }) => codes.has(origin) && codes.has(destination))).toBe(true);
    expect(airports.find(({ iata }) => iata === 'LAS')).toMatchObject({ city: 'Las Vegas', state: 'NV' });
  });

  it('reads names with commas and quotes', () => {
    const csv = 'iata,name,city,state,country\nBTR,"Baton ""Rouge"", Ryan",Baton Rouge,LA,USA\r\nJFK,Kennedy,,NY,USA\n';

    expect([...parseAirports(csv).values()]).toEqual([
      { iata: 'BTR', name: 'Baton "Rouge", Ryan', city: 'Baton Rouge', state: 'LA' },
      { iata: 'JFK', name: 'Kennedy', city: '', state: 'NY' },
    ]);
  });

  it('names airports that nobody knows by their code', () => {
    const [flight] = [{ id: 1, departedMs: 0, delay: 0, distance: 1, origin: 'ZZZ', destination: 'AAA' }];

    expect(airportsOf([flight], new Map())).toEqual([
      { iata: 'AAA', name: 'AAA', city: '', state: '' },
      { iata: 'ZZZ', name: 'ZZZ', city: '', state: '' },
    ]);
  });
});

describe('what comes back', () => {
  it('is a flight again from a row of Parquet', () => {
    const row = { id: 7, departed: new Date(5_000), delay: -2, distance: 9n, origin: 'ORD', destination: 'LAX' };

    expect(flightOf(row)).toEqual({ ...row, departed: undefined, departedMs: 5_000, distance: 9 });
    expect(flightOf({ ...row, departed: null }).departedMs).toBeNaN();
  });

  it('has its id in the key of its record', () => {
    expect(idOf(Buffer.from('{"schema":{},"payload":{"id":7}}'))).toBe(7);
    expect(() => idOf(null)).toThrow();
  });
});
