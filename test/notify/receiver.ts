import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What came to a receiver, in its order. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server on loopback that keeps what is posted to it. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly got: readonly Received[];
  /** What it answers from now on; null = it cuts the connection. */
  answer(status: number | null, headers?: Readonly<Record<string, string>>): void;
}

export async function openReceiver(): Promise<Receiver> {
  const got: Received[] = [];
  let status: number | null = 200;
  let more: Readonly<Record<string, string>> = {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      if (status === null) {
        request.socket.destroy();
        return;
      }
      if (status < 300) got.push({ headers: request.headers, body });
      response.writeHead(status, more).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    got,
    answer: (next, headers = {}) => {
      status = next;
      more = headers;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The titles of the messages of webhooks, in the order in which they came. */
export const titlesOf = ({ got }: Receiver): readonly string[] =>
  got.map(({ body }) => (JSON.parse(body) as { data: { title: string } }).data.title);
