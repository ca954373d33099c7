import { createReadStream } from 'node:fs';
import { splitLines } from './format/split-lines.ts';
import { type KnownHead, verifyChains, type Verdict } from './format/verify-chain.ts';
import { type FileVerdict, verifyFile } from './format/verify-file.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import { headFaults, loggedHeads } from './known-heads.ts';

/**
 * Reads whole files and says whether they are as they were written. Fault `input.audit`: a file
 * cannot be read.
 * @param from only what comes after this block is of interest
 * @param now real time, in ms; by the clock of this machine where no Redis says it
 */
export async function verifyPaths(
  paths: readonly string[],
  from: KnownHead | null = null,
  now: number = Date.now(),
): Promise<Result<Verdict>> {
  const verdicts: FileVerdict[] = [];
  for (const path of paths) {
    try {
      verdicts.push(await verifyPath(path, now));
    } catch (error) {
      return err(
        fault(
          'input.audit',
          `${path} cannot be read: ${reasonOf(error)}; give files of the audit, such as .servpack/audit/*.jsonl`,
        ),
      );
    }
  }
  return ok(verifyChains(verdicts, from));
}

/**
 * The same, and compares the chains with the heads in these logs of an orchestrator. Fault
 * `input.heads`: a log cannot be read, or it names no head.
 */
export async function verifyAgainst(
  paths: readonly string[],
  logs: readonly string[],
): Promise<Result<Verdict>> {
  const heads = await loggedHeads(logs);
  if (!heads.ok) return heads;
  const verdict = await verifyPaths(paths);
  if (!verdict.ok) return verdict;
  const faults = [...verdict.value.faults, ...headFaults(verdict.value, heads.value, 'the log')];
  return ok({ ...verdict.value, faults });
}

/** @param now real time, in ms: no entry can be of later */
export async function verifyPath(path: string, now: number): Promise<FileVerdict> {
  const verifier = verifyFile(path, now);
  const chunks = createReadStream(path, { highWaterMark: 1024 * 1024 });
  for await (const line of splitLines(chunks)) verifier.take(line);
  return verifier.end();
}
