import type { Connection, ServerChannel, SFTPWrapper } from 'ssh2';
import ssh2 from 'ssh2';
import { answerTo } from './answer.ts';
import { send, whileWritable, type Wire } from './wire.ts';

const { STATUS_CODE } = ssh2.utils.sftp;

/** What a hostile sshd does after it has let servpack in; the TCP socket stands in `wire`. */
interface Hostility {
  /** On the connection, once the login is done. */
  readonly begin?: (connection: Connection, wire: Wire) => void;
  /** Does not let a session begin. */
  readonly hasNoSession?: boolean;
  /** On a command; the usual answer is an honest one. */
  readonly exec?: (channel: ServerChannel, connection: Connection, wire: Wire) => void;
  /** Does not answer the request for a command, or for SFTP. */
  readonly ignores?: 'exec' | 'sftp';
  readonly sftp?: (sftp: SFTPWrapper, wire: Wire) => void;
  /** Offers only compressed packets. */
  readonly compresses?: boolean;
}

const page = Buffer.alloc(32 * 1024, 'servpack ');

const stat = (size: number) => ({ mode: 0o100644, uid: 0, gid: 0, size, atime: 0, mtime: 1_000_000_000 });

/** A file that says it has `size` bytes, and serves whatever is asked for. */
const servesForEver = (size: number) => (sftp: SFTPWrapper) => {
  sftp.on('STAT', (id) => sftp.attrs(id, stat(size)));
  sftp.on('OPEN', (id) => sftp.handle(id, Buffer.from('file')));
  sftp.on('READ', (id, _handle, _from, length) => sftp.data(id, page.subarray(0, Math.min(length, 32_768))));
  sftp.on('CLOSE', (id) => sftp.status(id, STATUS_CODE.OK));
};

/** A file of a thousand bytes, served as it is. */
function servesFile(sftp: SFTPWrapper): void {
  servesForEver(1_000)(sftp);
  sftp.removeAllListeners('READ');
  sftp.on('READ', (id, _handle, from, length) =>
    from >= 1_000
      ? sftp.status(id, STATUS_CODE.EOF)
      : sftp.data(id, page.subarray(from, Math.min(from + length, 1_000))),
  );
}

/** A file of 2^30 bytes, one byte an answer. */
function servesSlowly(sftp: SFTPWrapper): void {
  servesForEver(1024 ** 3)(sftp);
  sftp.removeAllListeners('READ');
  sftp.on('READ', (id) => sftp.data(id, page.subarray(0, 1)));
}

function listsForEver(sftp: SFTPWrapper): void {
  sftp.on('STAT', (id) => sftp.status(id, STATUS_CODE.NO_SUCH_FILE));
  sftp.on('OPENDIR', (id) => sftp.handle(id, Buffer.from('folder')));
  const names = Array.from({ length: 200 }, (_, at) => ({
    filename: `FILE${at}`,
    longname: 'x'.repeat(100),
    attrs: stat(1),
  }));
  sftp.on('READDIR', (id) => sftp.name(id, names));
}

/** Output as fast as the window of the client allows. */
const floods = (stream: NodeJS.WritableStream): void => {
  const go = (): void => {
    while (stream.write(page));
  };
  stream.on('drain', go);
  go();
};

/** Packets of a channel that respect no window. */
const packetsOn = (channel: ServerChannel, connection: Connection, wire: Wire): void => {
  const { outgoing } = channel as unknown as { outgoing: { id: number } };
  whileWritable(wire, () => send(connection, { type: 94, channel: outgoing.id, data: page }));
};

/** Every kind of hostile sshd by its name. */
export const hostilities = {
  honest: { sftp: servesFile },
  'lets no session begin': { hasNoSession: true },
  'never answers a command': { ignores: 'exec' },
  'never ends a command': { exec: () => undefined },
  'prints for ever': { exec: floods },
  'prints errors for ever': { exec: (channel) => floods(channel.stderr as NodeJS.WritableStream) },
  'prints beyond the window': { exec: packetsOn },
  'prints a byte now and then': {
    exec: (channel) => void setInterval(() => channel.write('.'), 50),
  },
  'never answers SFTP': { ignores: 'sftp' },
  'never answers a request over SFTP': { sftp: (sftp) => void sftp.on('STAT', () => undefined) },
  'serves more than the size of the file': { sftp: servesForEver(1_000) },
  'serves a byte at a time': { sftp: servesSlowly },
  'serves a file of 2^52 bytes': { sftp: servesForEver(2 ** 52) },
  'serves a file of a gigabyte': { sftp: servesForEver(1024 ** 3) },
  'lists a folder without end': { sftp: listsForEver },
  'sends messages that mean nothing': {
    begin: (connection, wire) => whileWritable(wire, () => send(connection, { type: 2, data: page })),
    hasNoSession: true,
  },
  'asks and never reads': {
    begin: (connection, wire) => {
      wire.socket.pause();
      whileWritable(wire, () =>
        send(connection, { type: 80, data: Buffer.from('keepalive@hostile'), last: 1 }),
      );
    },
  },
  'asks for new keys without end': {
    begin: (connection) => {
      connection.on('rekey', () => setImmediate(() => connection.rekey()));
      connection.rekey();
    },
    hasNoSession: true,
  },
  'compresses what it prints': { compresses: true, exec: floods },
} satisfies Readonly<Record<string, Hostility>>;

export type HostileMode = keyof typeof hostilities;

/** Plays a kind of hostility on a connection that has logged in. */
export function play(mode: HostileMode, connection: Connection, wire: Wire): void {
  const hostility: Hostility = hostilities[mode];
  const { begin, hasNoSession, exec, ignores, sftp } = hostility;
  connection.on('session', (accept) => {
    if (hasNoSession === true) return;
    const session = accept();
    session.on('exec', (take, _reject, { command }) => {
      if (ignores === 'exec') return;
      const channel = take();
      if (exec === undefined) answerTo(command, channel);
      else exec(channel, connection, wire);
    });
    session.on('sftp', (take) => {
      if (ignores === 'sftp') return;
      if (sftp !== undefined) sftp(take(), wire);
    });
  });
  begin?.(connection, wire);
}
