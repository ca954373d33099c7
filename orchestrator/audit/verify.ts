import { createReadStream } from 'node:fs';
import { splitLines } from './format/split-lines.ts';
import { verifyChains, type Verdict } from './format/verify-chain.ts';
import { type FileVerdict, verifyFile } from './format/verify-file.ts';
import { err, fault, messageOf, ok, type Result } from '../../shared/errors.ts';

/**
 * Reads whole files and says whether they are as they were written. Fault `input.audit`: a file
 * cannot be read.
 */
export async function verifyPaths(paths: readonly string[]): Promise<Result<Verdict>> {
  const verdicts: FileVerdict[] = [];
  for (const path of paths) {
    try {
      verdicts.push(await verifyPath(path));
    } catch (error) {
      return err(fault('input.audit', `${path} cannot be read: ${messageOf(error)}`));
    }
  }
  return ok(verifyChains(verdicts));
}

export async function verifyPath(path: string): Promise<FileVerdict> {
  const verifier = verifyFile(path);
  const chunks = createReadStream(path, { highWaterMark: 1024 * 1024 });
  for await (const line of splitLines(chunks)) verifier.take(line);
  return verifier.end();
}
