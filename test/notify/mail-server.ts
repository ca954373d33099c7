import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** An SMTP server on loopback (RFC 5321) that takes every mail and keeps it. */
export interface MailServer extends AsyncDisposable {
  readonly port: number;
  /** The mails, with the envelope above the text. */
  readonly got: readonly string[];
  /** The answer to the end of a mail, from now on. */
  answer(line: string): void;
}

export async function openMailServer(): Promise<MailServer> {
  const got: string[] = [];
  let last = '250 taken';
  const server = createServer((socket) => {
    let mail: string[] | null = null;
    let envelope: string[] = [];
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.write('220 test\r\n');
    const take = (line: string): void => {
      if (mail !== null && line !== '.') return void mail.push(line);
      if (mail !== null) {
        if (last.startsWith('250')) got.push([...envelope, ...mail].join('\n'));
        mail = null;
        envelope = [];
        socket.write(`${last}\r\n`);
      } else if (/^DATA/i.test(line)) {
        mail = [];
        socket.write('354 go on\r\n');
      } else {
        if (/^(?:MAIL|RCPT)/i.test(line)) envelope.push(line);
        socket.write(/^EHLO/i.test(line) ? '250-test\r\n250 SIZE 100000\r\n' : '250 ok\r\n');
      }
    };
    socket.on('data', (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    got,
    answer: (line) => void (last = line),
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
