import { type CopyRequest, readCopy } from './read-copy.ts';
import type { FileOnServer } from '../../../shared/domain/campaign/copies.ts';

/** What the process that reads copies receives. */
export type ReadRequest = { readonly id: number } & CopyRequest;
/** What that process sends. */
export type ReaderMessage =
  | { readonly id: number; readonly name: string; readonly found: FileOnServer }
  /** The last message of a read; with a reason when the folder cannot be read. */
  | { readonly id: number; readonly ended: string | null };

const send = (message: ReaderMessage): void => void process.send?.(message);

process.on('message', ({ id, ...request }: ReadRequest) => {
  const read = readCopy(request, (name, found) => send({ id, name, found }));
  void read.then((ended) => send({ id, ended }));
});
// The process that asked is gone. A read that hangs ends with this process.
process.on('disconnect', () => process.exit());
process.send?.('up');
