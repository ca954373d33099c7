import type { ClientChannel } from 'ssh2';
import { err, ok } from '../../../../shared/errors.ts';
import type { GatewayResult } from '../../../../shared/execution/gateway.ts';

/** A longer output of one command is `garbled`. */
const outputBytesAtMost = 8 * 1024 * 1024;

/** The output of a command until its channel closed. */
export interface Executed {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/**
 * The output of a command until the client has closed its channel. Output beyond the bound, and
 * the signal, close the channel; what still comes then is dropped.
 * @param heard called with each piece of what the command prints, as it comes
 */
export function outputOf(
  channel: ClientChannel,
  signal: AbortSignal,
  heard: (piece: Buffer) => void = () => undefined,
): Promise<GatewayResult<Executed>> {
  const { promise, resolve } = Promise.withResolvers<GatewayResult<Executed>>();
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  let bytes = 0;
  let isOver = false;
  const give = (result: GatewayResult<Executed>, isClosed = false): void => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener('abort', giveUp);
    resolve(result);
    stdout.length = 0;
    stderr.length = 0;
    if (!isClosed) channel.close();
  };
  const take = (into: Buffer[]) => (chunk: Buffer) => {
    if (isOver) return;
    bytes += chunk.length;
    if (bytes <= outputBytesAtMost) into.push(chunk);
    else give(err({ kind: 'garbled', message: `more than ${outputBytesAtMost} bytes of output` }));
  };
  const giveUp = (): void => give(err({ kind: 'cutOff', message: 'given up while the client worked on it' }));
  // The listeners stay after the end: a stream that nobody reads keeps what a client still sends.
  channel.on('data', take(stdout));
  channel.on('data', (piece: Buffer) => (isOver ? undefined : heard(piece)));
  channel.stderr.on('data', take(stderr));
  // Some programs wait for input that never comes.
  channel.end();
  channel.once('close', () =>
    give(ok({ stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }), true),
  );
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  return promise;
}
