import { readFileSync } from 'node:fs';
import { messageOf, err, fault, type Result } from '../../../shared/errors.ts';
import { printFaults } from '../../../shared/input/input-fault.ts';
import { parseProfile, type Profile } from '../../../shared/products/profile.ts';

/** A product profile from its file. */
export function readProfile(path: string): Result<Profile> {
  try {
    const profile = parseProfile(readFileSync(path, 'utf8'), path);
    return profile.ok ? profile : err(fault('badProfile', printFaults(profile.error).join('\n')));
  } catch (error) {
    return err(fault('badProfile', `${path}: ${messageOf(error)}`));
  }
}
