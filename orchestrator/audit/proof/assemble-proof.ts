import { leafOf, rootOf, type TreeStep, wayUp } from '../format/tree.ts';

/** A block, as far as a proof needs it. */
export interface ProofBlock {
  /** The opening line of the file, where the block is its first. */
  readonly opening: string | null;
  readonly header: string;
  /** The root of the tree over its entries. */
  readonly entries: string;
  /** SHA-256 over its attachments. */
  readonly attachments: string;
}

export interface ProvedEntry {
  readonly block: number;
  /** The line of the file. */
  readonly line: string;
  readonly way: readonly TreeStep[];
}

/**
 * What proves what was done to a client, without anything else of the audit. `check-proof.mjs`
 * checks it; every byte of it counts.
 */
export interface ClientProof {
  /** Version of this form. */
  readonly proof: 1;
  readonly client: string;
  readonly shard: number;
  /** The newest block, and its head, which is known from elsewhere. */
  readonly block: number;
  readonly head: string;
  /** From the newest block back to the oldest with an entry; each is named by the one before. */
  readonly chain: readonly ProofBlock[];
  /** The oldest first. */
  readonly entries: readonly ProvedEntry[];
  /** Texts that the entries name by their SHA-256. */
  readonly evidence: readonly string[];
}

/** A block that was read from a file, with the lines of its entries where they are needed. */
export interface ReadBlock {
  readonly opening: string | null;
  readonly header: string;
  readonly attachments: string;
  readonly leaves: readonly string[];
  /** The entries of the client, by their places. */
  readonly own: readonly { readonly place: number; readonly line: string }[];
}

export const asProofBlock = ({ opening, header, attachments, leaves }: ReadBlock): ProofBlock => ({
  opening,
  header,
  entries: rootOf(leaves),
  attachments,
});

/** The entries of a client in a block, with their ways to the root of its tree. */
export const provedIn = (block: number, { leaves, own }: ReadBlock): readonly ProvedEntry[] =>
  own.map(({ place, line }) => ({ block, line, way: wayUp(leaves, place) }));

/** The leaf of an entry, and the line itself where it is of the client. */
export const takeLine = (
  read: { leaves: string[]; own: { place: number; line: string }[] },
  line: Buffer,
  isOwn: boolean,
): void => {
  if (isOwn) read.own.push({ place: read.leaves.length, line: line.toString('utf8') });
  read.leaves.push(leafOf(line));
};

/** The proof as the text of a file: one form for each content, so that a changed byte is found. */
export const proofText = (proof: ClientProof): string => `${JSON.stringify(proof)}\n`;
