import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { accepts } from './sshd.ts';

/** A block of loopback addresses that no other lab of this machine uses meanwhile. */
export interface ClaimedBlock {
  /** The first three numbers of its addresses. */
  readonly block: string;
  release(): Promise<void>;
}

export interface BlockWanted {
  /** `127.0.88` */
  readonly block: string;
  /** A person has asked for this block and no other. */
  readonly isExact: boolean;
  readonly port: number;
  /** Names the lab to another one that wants the block, too. */
  readonly folder: string;
}

/** The block belongs to another lab. Its message names that lab. */
export class BlockTaken extends Error {}

/** Where a lab that has a block listens: no client has this number. */
const claimNumber = 254;
/** Real time that another lab gets to say its name. */
const nameDeadlineMs = 2_000;

/**
 * Claims a block, so that labs of several checkouts do not share addresses. Only one process can
 * listen at an address, and the system frees the address of one that is killed. Where the block is
 * taken, another one is claimed whose second number differs: 127.1.88, 127.2.88 …
 * @throws BlockTaken when the very block was asked for, or none is left
 */
export async function claimBlock({ block, isExact, port, folder }: BlockWanted): Promise<ClaimedBlock> {
  const whys: string[] = [];
  for (const candidate of isExact ? [block] : [block, ...othersFor(block)]) {
    const claim = await listenAt(`${candidate}.${claimNumber}`, port, folder);
    // A lab that was killed leaves its clients for a moment.
    const isLeft = claim !== null && (await accepts(`${candidate}.1`, port));
    if (claim !== null && !isLeft) return { block: candidate, release: () => closed(claim) };
    if (claim !== null) await closed(claim);
    whys.push(
      claim === null
        ? `${candidate}.1 and so on belong to the lab ${await ownerAt(`${candidate}.${claimNumber}`, port)}`
        : `at ${candidate}.1:${port} an sshd listens that no running lab claims`,
    );
  }
  throw new BlockTaken(`${whys[0] ?? ''}; end it, or choose other addresses (--block) or another --port`);
}

const othersFor = (block: string): readonly string[] => {
  const [first, second = '0', third] = block.split('.');
  return Array.from({ length: 99 }, (_, n) => `${first}.${(Number(second) + n + 1) % 256}.${third}`);
};

/** Null when another process listens there. */
async function listenAt(address: string, port: number, folder: string): Promise<Server | null> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(`${folder} (process ${process.pid})\n`);
  });
  server.listen(port, address);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
  // The lab lives as long as its clients, not as long as its claim.
  return server.unref();
}

/** What the lab that has claimed a block says of itself. */
async function ownerAt(address: string, port: number): Promise<string> {
  const socket = connect(port, address).setEncoding('utf8');
  socket.setTimeout(nameDeadlineMs, () => socket.destroy(new Error('silent')));
  try {
    return (await socket.toArray()).join('').trim() || 'of another program';
  } catch {
    return 'of another program';
  }
}

const closed = async (server: Server): Promise<void> => {
  server.close();
  await once(server, 'close');
};
