import { findJava, MissingToolchain, type Run } from './java.ts';

/** A machine that has some commands and not others. */
function machineWith(answers: Readonly<Record<string, string>>): Run {
  return async (command) => {
    const answer = answers[command];
    if (answer === undefined) throw new Error(`spawn ${command} ENOENT`);
    return answer;
  };
}

describe('findJava', () => {
  it('names the remedy when there is no java', async () => {
    const missing = findJava(machineWith({}));

    await expect(missing).rejects.toThrow(MissingToolchain);
    await expect(missing).rejects.toThrow(/no java on this machine.*install a JDK of version 17/);
  });

  it('names the remedy when the jars cannot be fetched', async () => {
    await expect(findJava(machineWith({ java: 'openjdk 17.0.15\n' }))).rejects.toThrow(/install Maven/);
  });
});
