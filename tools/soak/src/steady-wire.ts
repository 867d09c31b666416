import { WireClient } from '@millrace/testing';
import type { MessageCodec } from '@millrace/protocol';

/** A connection that is made anew after each failure; what is asked meanwhile fails. */
export class SteadyWire implements AsyncDisposable {
  readonly #address: { readonly host: string; readonly port: number };
  #wire: WireClient | undefined;

  constructor(address: { readonly host: string; readonly port: number }) {
    this.#address = address;
  }

  async call<Request, Response>(
    request: MessageCodec<Request>,
    response: MessageCodec<Response>,
    version: number,
    message: Request,
  ): Promise<Response> {
    this.#wire ??= await WireClient.connect(this.#address);
    const wire = this.#wire;
    try {
      return await wire.call(request, response, version, message);
    } catch (error) {
      this.#wire = undefined;
      await wire.close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire?.close();
  }
}
