import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Result } from '../../shared/errors.ts';
import { printFaults } from '../../shared/input/input-fault.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';

/** The text of a file in the folder of these tests. */
export const golden = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'golden', name), 'utf8');

/**
 * The faults of a refused file, as an operator sees them. Fails the test when the file is accepted.
 */
export const faultsOf = (result: Result<unknown, readonly InputFault[]>): readonly string[] =>
  result.ok ? ['(accepted)'] : printFaults(result.error);

/** The value of an accepted file. Fails the test with the faults when the file is refused. */
export function accepted<T>(result: Result<T, readonly InputFault[]>): T {
  if (result.ok) return result.value;
  throw new Error(`refused:\n${printFaults(result.error).join('\n')}`);
}
