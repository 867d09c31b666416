/**
 * Reads accepted sockets into one shared buffer.
 *
 * A socket with a `data` event gets a new 64 KiB buffer for each read; a broker that takes in a gigabyte then spends more on
 * collecting those than on the records (V8 counts them as external memory and collects the whole heap every few megabytes).
 * Node reads into a given buffer (`onread`) only for sockets that a program makes itself, so the accepted handle is moved
 * into such a one. `_handle` is not documented; where it is missing (a TLS or a fake socket), `data` events serve.
 *
 * Invariants: what `onChunk` gets is overwritten by the next read of any socket, so it copies what it keeps.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';

interface AcceptedSocket {
  _handle?: object | null;
}

/**
 * Starts reading `accepted`, and returns the socket to be used from now on.
 *
 * @param accepted from a server with `pauseOnConnect`
 * @param buffer shared by any number of sockets
 */
export function receiveInto(accepted: Socket, buffer: Buffer, onChunk: (chunk: Buffer) => void): Socket {
  const shell = accepted as unknown as AcceptedSocket;
  const handle = shell._handle;
  if (!(accepted instanceof Socket) || handle === undefined || handle === null || 'encrypted' in accepted) {
    accepted.on('data', onChunk);
    accepted.resume();
    return accepted;
  }
  const options = {
    handle: handle as NonNullable<SocketConstructorOpts['handle']>,
    allowHalfOpen: accepted.allowHalfOpen,
    onread: {
      buffer,
      callback: (bytes: number): boolean => {
        onChunk(buffer.subarray(0, bytes));
        return true;
      },
    },
  };
  shell._handle = null;
  const socket = new Socket(options);
  // The server counts the accepted socket until that is destroyed.
  socket.once('close', () => accepted.destroy());
  return socket;
}
