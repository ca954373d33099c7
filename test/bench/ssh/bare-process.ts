import { Client, type ConnectConfig } from 'ssh2';

/**
 * A bare loop over ssh2 as a process of its own: connects, runs the lines one after the other, and
 * ends.
 */
export interface Round {
  readonly userKey: string;
  /** Base64. */
  readonly hostKey: string;
  readonly concurrency: number;
  readonly clients: readonly {
    readonly address: string;
    readonly port: number;
    readonly lines: readonly string[];
  }[];
}

export type RoundTold = { readonly ready: true } | { readonly ms: number } | { readonly error: string };

async function runRound({ userKey, hostKey, concurrency, clients }: Round): Promise<number> {
  const key = Buffer.from(hostKey, 'base64');
  const login: ConnectConfig = {
    username: 'servpack',
    // On a machine that is busy with other work a login takes its time.
    readyTimeout: 120_000,
    privateKey: userKey,
    hostVerifier: (shown: Buffer) => shown.equals(key),
  };
  const startedAt = performance.now();
  const queue = clients.values();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const { address, port, lines } of queue) await visit({ ...login, host: address, port }, lines);
    }),
  );
  return performance.now() - startedAt;
}

async function visit(login: ConnectConfig, lines: readonly string[]): Promise<void> {
  const client = new Client();
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('error', reject);
    // Else small packets wait for each other: it is to be as fast as it can be.
    client.once('connect', () => client.setNoDelay(true));
    client.connect(login);
  });
  for (const line of lines) await exec(client, line);
  client.end();
}

function exec(client: Client, line: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.exec(line, (error, channel) => {
      if (error !== undefined) return reject(error);
      const chunks: Buffer[] = [];
      channel.on('data', (chunk: Buffer) => chunks.push(chunk));
      channel.stderr.resume();
      channel.once('close', () => resolve(Buffer.concat(chunks)));
      channel.end();
    });
  });
}

const tell = (told: RoundTold): void => void process.send?.(told);
process.on('message', (round: Round) => {
  runRound(round).then(
    (ms) => tell({ ms }),
    (error: unknown) => tell({ error: String(error) }),
  );
});
process.once('SIGTERM', () => process.exit(0));
tell({ ready: true });
