import { inspect } from 'node:util';
import { AuthError } from '../error.ts';
import { ScramConversation, scramMechanism } from './scram.ts';

/** Conversations as printed in the RFCs, user "user" with password "pencil". */
const RFC = [
  {
    rfc: 'RFC 5802, section 5',
    hash: 'sha1',
    nonce: 'fyko+d2lbbFgONRv9qkxdawL',
    clientFirst: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    clientFinal: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    serverFinal: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    rfc: 'RFC 7677, section 3',
    hash: 'sha256',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    clientFinal:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
];

const USER = { username: 'user', password: 'pencil' };

describe.each(RFC)(
  'a SCRAM conversation as in $rfc',
  ({ hash, nonce, clientFirst, serverFirst, clientFinal, serverFinal }) => {
    it('says what the RFC says, and believes the server that proves itself', async () => {
      const conversation = new ScramConversation(hash, USER, nonce);

      expect(conversation.first().toString()).toBe(clientFirst);
      expect((await conversation.next(Buffer.from(serverFirst)))?.toString()).toBe(clientFinal);
      expect(await conversation.next(Buffer.from(serverFinal))).toBeUndefined();
    });

    it('takes the password from a function', async () => {
      const conversation = new ScramConversation(hash, { ...USER, password: () => Promise.resolve('pencil') }, nonce);
      conversation.first();

      expect((await conversation.next(Buffer.from(serverFirst)))?.toString()).toBe(clientFinal);
    });

    it.each([
      ['another signature', `v=${Buffer.alloc(32, 1).toString('base64')}`],
      ['no signature', ''],
      ['a shorter signature', serverFinal.slice(0, 12)],
    ])('does not believe a server with %s', async (_what, wrong) => {
      const conversation = new ScramConversation(hash, USER, nonce);
      conversation.first();
      await conversation.next(Buffer.from(serverFirst));

      await expect(conversation.next(Buffer.from(wrong))).rejects.toThrow(/could not prove that it knows this user/);
    });

    it('tells of a refusal in the last message', async () => {
      const conversation = new ScramConversation(hash, USER, nonce);
      conversation.first();
      await conversation.next(Buffer.from(serverFirst));

      await expect(conversation.next(Buffer.from('e=other-error'))).rejects.toThrow(/refused: other-error/);
    });
  },
);

describe('a SCRAM conversation', () => {
  it.each([
    ['a nonce that is not its own', 'r=other,s=QSXCR+Q6sek8bf92,i=4096', /nonce/],
    ['its own nonce and nothing more', 'r=abc,s=QSXCR+Q6sek8bf92,i=4096', /nonce/],
    ['too few iterations', 'r=abcd,s=QSXCR+Q6sek8bf92,i=4095', /4095 SCRAM iterations/],
    ['too many iterations', 'r=abcd,s=QSXCR+Q6sek8bf92,i=1000001', /1000001 SCRAM iterations/],
    ['no salt', 'r=abcd,s=,i=4096', /0 bytes of salt/],
    ['what is no SCRAM at all', 'hello', /nonce/],
  ])('ends at a server with %s', async (_what, serverFirst, message) => {
    const conversation = new ScramConversation('sha256', USER, 'abc');
    conversation.first();
    const failure = conversation.next(Buffer.from(serverFirst));

    await expect(failure).rejects.toBeInstanceOf(AuthError);
    await expect(failure).rejects.toThrow(message);
    expect(inspect(await failure.catch((error: unknown) => error), { depth: 9 })).not.toContain('pencil');
  });

  it('escapes the user name, and says when it is a delegation token', () => {
    const auth = { username: 'a=b,c', password: 'x', isDelegationToken: true };

    expect(new ScramConversation('sha512', auth, 'nonce').first().toString()).toBe(
      'n,,n=a=3Db=2Cc,r=nonce,tokenauth=true',
    );
  });

  it('uses another nonce each time', () => {
    const mechanism = scramMechanism({ mechanism: 'scram-sha-512', ...USER });
    const context = { host: 'h', port: 1 };

    expect(mechanism.name).toBe('SCRAM-SHA-512');
    expect(mechanism.begin(context).first()).not.toEqual(mechanism.begin(context).first());
  });
});
