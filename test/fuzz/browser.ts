import { Agent, request } from 'node:http';
import { type Ask, folderMark, tokenMark } from './requests.ts';
import { patienceMs } from '../environment/patience.ts';

export interface Heard {
  readonly status: number;
  readonly head: string;
  readonly text: string;
}

/** Real time in which every request must be answered, on a busy machine too. */
/**
 * A server may hang up on a body that it does not read; whether its answer arrives first is
 * chance.
 */
const hangsUpFrom = 500_000;

/** Sends what no browser would send. */
export class Browser {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #place: { readonly url: string; readonly token: string; readonly folder: string };

  constructor(place: { readonly url: string; readonly token: string; readonly folder: string }) {
    this.#place = place;
  }

  /** The body with the marks replaced, as it went out. */
  bodyOf({ body }: Ask): string | null {
    return body === null ? null : body.replaceAll(folderMark, this.#place.folder);
  }

  /**
   * Null when the server hung up on a large body. Rejects when it hung up otherwise, or did not
   * answer in time.
   */
  send(ask: Ask): Promise<Heard | null> {
    const { promise, resolve, reject } = Promise.withResolvers<Heard | null>();
    const body = this.bodyOf(ask);
    const { hostname, port } = new URL(this.#place.url);
    const headers = Object.fromEntries(
      Object.entries(ask.headers).map(([name, value]) => [
        name,
        value.replaceAll(tokenMark, this.#place.token),
      ]),
    );
    const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = {
      hostname,
      port,
      method: ask.method,
      path: ask.path,
      agent: this.#agent,
      timeout: patienceMs,
    };
    const sent = request({ ...options, headers: { ...headers, ...length } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          head: answer.rawHeaders.join('\n'),
          text: Buffer.concat(chunks).toString(),
        }),
      );
      answer.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${patienceMs} ms`)));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const hungUp =
        (error.code === 'ECONNRESET' || error.code === 'EPIPE') && (body ?? '').length > hangsUpFrom;
      if (hungUp) resolve(null);
      else reject(error);
    });
    sent.end(body ?? undefined);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}
