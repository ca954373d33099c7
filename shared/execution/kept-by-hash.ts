import { sha256 } from '../evidence.ts';
import type { KeepEvidence } from './command-context.ts';

/** Keeps every raw text, named by its SHA-256. */
export const keptByHash: KeepEvidence = (make) => {
  const text = make();
  return { sha256: sha256(text), text };
};
