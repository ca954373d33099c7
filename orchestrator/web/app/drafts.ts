import { type Signal, signal } from '@preact/signals';
import type { InputFault } from '../../../shared/input/input-fault.ts';
import { decodeFleet, type Encoding } from '../../input/fleet-encoding.ts';
import { texts } from './texts.ts';

/** A file that a person is about to send: chosen, pasted, or changed here. */
export interface Draft {
  /** Its name, for the faults. */
  readonly file: string;
  readonly text: string;
  /** How its bytes were read; null = it was typed or pasted. */
  readonly encoding: Encoding | null;
  /** Why its bytes are no text. */
  readonly faults: readonly InputFault[];
  /** The calendar files that a copied campaign names. */
  readonly calendars?: Readonly<Record<string, string>>;
}

/** Files under way; they are kept while the reader looks at other screens, and nowhere else. */
export interface Drafts {
  readonly fleet: Signal<Draft>;
  readonly campaign: Signal<Draft>;
}

/** @param file its name until a person chooses one that has its own */
export const emptyDraft = (file: string): Draft => ({ file, text: '', encoding: null, faults: [] });

export const openDrafts = (): Drafts => ({
  fleet: signal(emptyDraft(texts.source.pasted)),
  campaign: signal(emptyDraft(texts.source.pasted)),
});

/** Reads a file that a person has chosen, as the command line reads it. */
export async function draftOf(file: File): Promise<Draft> {
  const read = decodeFleet(new Uint8Array(await file.arrayBuffer()), file.name);
  return read.ok
    ? { file: file.name, ...read.value, faults: [] }
    : { file: file.name, text: '', encoding: null, faults: read.error };
}
