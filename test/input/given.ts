import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Result } from '../../shared/errors.ts';
import { printFaults } from '../../shared/input/input-fault.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';

/** The text of a file beside the tests. */
export const golden = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'golden', name), 'utf8');

/**
 * What an operator sees of a refused file. An accepted file has no faults, and fails the test that
 * expects them.
 */
export const faultsOf = (result: Result<unknown, readonly InputFault[]>): readonly string[] =>
  result.ok ? ['(accepted)'] : printFaults(result.error);

/** The value of an accepted file; the faults of a refused one are the failure of the test. */
export function accepted<T>(result: Result<T, readonly InputFault[]>): T {
  if (result.ok) return result.value;
  throw new Error(`refused:\n${printFaults(result.error).join('\n')}`);
}
