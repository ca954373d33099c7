import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Answered } from '../api/described.ts';

/** A request as its bytes are; `fetch` would straighten its path and its length. */
export interface Bytes {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent in chunks, without a length. */
  readonly body?: string;
}

/** Sends it on a connection of its own, and returns the answer. */
export async function sendBytes(url: string, { method, path, headers, body }: Bytes): Promise<Answered> {
  const sent = request(url, { agent: false, method, path, headers });
  // An answer before the end of the body closes the connection under it.
  sent.on('error', () => undefined);
  if (body === undefined) sent.end();
  else {
    sent.write(body);
    sent.end();
  }
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const said = await text(answer);
  sent.destroy();
  return { status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? null, text: said };
}

/** Opens a connection and says the beginning of a request. */
export async function openSocket(url: string, beginning: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  if (beginning !== '') socket.write(beginning);
  return socket;
}

/** Sends these bytes on one connection, and returns everything that comes back until its end. */
export async function exchange(url: string, request: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answers = '';
  socket.on('data', (bytes) => (answers += bytes.toString()));
  socket.on('error', () => undefined);
  socket.write(request.replaceAll('\n', '\r\n'));
  await once(socket, 'close');
  return answers;
}
