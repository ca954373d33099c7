import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { reasonOf } from '../../shared/reason-of.ts';
import { readOperatorFile } from '../../shared/input/operator-file.ts';
import { readSecretFile } from '../../shared/input/secret-file.ts';
import { authenticatedCiphers } from '../../shared/tls-ciphers.ts';
import { failed, type Sent } from '../notify/post.ts';
import type { ForwardedEntry } from './entry.ts';
import type { SyslogReceiver } from './settings.ts';
import { framed, syslogMessage } from './syslog-message.ts';

/** Real time in which a batch must be taken. */
const answerMs = 15_000;

/**
 * Sends a batch over a connection of its own. Syslog has no answers: a receiver that closes after
 * the end of what was sent has read everything.
 */
export async function sendSyslog(
  receiver: SyslogReceiver,
  entries: readonly ForwardedEntry[],
  signal: AbortSignal,
): Promise<Sent> {
  const files = readFiles(receiver);
  if (typeof files === 'string') return failed(files);
  const bytes = entries.map((entry) => framed(syslogMessage(entry, receiver.enterprise))).join('');
  const { promise, resolve } = Promise.withResolvers<Sent>();
  const socket = open(receiver, files);
  const end = (sent: Sent): void => {
    resolve(sent);
    socket.destroy();
  };
  const isSent = receiver.tls === 'none' ? 'connect' : 'secureConnect';
  socket.setTimeout(answerMs, () => end(failed(`it does not take the entries within ${answerMs / 1_000} s`)));
  socket.on('error', (error) => end(failed(`it cannot be reached: ${reasonOf(error)}`)));
  // What a receiver says is not read, and does not hold its end back.
  socket.resume();
  socket.once(isSent, () =>
    socket.end(bytes, () => {
      if (receiver.acknowledge === 'none') end(delivered(entries));
    }),
  );
  // The end of the receiver before the end of the batch is a receiver that gave up.
  socket.once('end', () =>
    end(socket.writableFinished ? delivered(entries) : failed('it closed before everything was sent')),
  );
  socket.once('close', () => end(failed('it closed before everything was sent')));
  signal.addEventListener('abort', () => end(failed('servpack stops')), { once: true });
  return promise;
}

const delivered = (entries: readonly ForwardedEntry[]): Sent => ({
  kind: 'delivered',
  because: `it has taken ${entries.length} entries`,
});

interface Files {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

function open({ server, port, tls }: SyslogReceiver, files: Files): Socket {
  if (tls === 'none') return connectPlain({ host: server, port });
  // A certificate for an address is checked against the address; only a name is asked for.
  const named = isIP(server) === 0 ? { servername: server } : {};
  const least = { minVersion: 'TLSv1.2', ciphers: authenticatedCiphers } as const;
  return connectTls({ host: server, port, ...least, ...named, ...files });
}

/** Read for each batch, so that a renewed certificate counts at once. Returns what is wrong. */
function readFiles({ ca, login }: SyslogReceiver): Files | string {
  const authority = ca === null ? null : readOperatorFile(ca);
  const cert = login === null ? null : readOperatorFile(login.cert);
  const key = login === null ? null : readSecretFile(login.key);
  if (authority?.ok === false) return `the authority ${ca ?? ''} ${authority.error}`;
  if (cert?.ok === false) return `the certificate ${login?.cert ?? ''} ${cert.error}`;
  if (key?.ok === false) return `the key ${login?.key ?? ''} ${key.error}`;
  return {
    ...(authority === null ? {} : { ca: authority.value }),
    ...(cert === null ? {} : { cert: cert.value }),
    ...(key === null ? {} : { key: key.value }),
  };
}
