import { type CopyRequest, readCopy } from './read-copy.ts';
import type { FileOnServer } from '../../../shared/domain/campaign/copies.ts';

/** What the process that reads copies is asked, and says. */
export type Ask = { readonly id: number } & CopyRequest;
export type Told =
  | { readonly id: number; readonly name: string; readonly found: FileOnServer }
  /** Nothing more comes; with a reason when the folder cannot be read. */
  | { readonly id: number; readonly ended: string | null };

const say = (told: Told): void => void process.send?.(told);

process.on('message', ({ id, ...request }: Ask) => {
  const read = readCopy(request, (name, found) => say({ id, name, found }));
  void read.then((ended) => say({ id, ended }));
});
// The process that asked is gone. A read that hangs ends with this process.
process.on('disconnect', () => process.exit());
process.send?.('up');
