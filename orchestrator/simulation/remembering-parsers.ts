import {
  fileStates,
  type LookParsers,
  parsersOf,
} from '../../shared/execution/observation/read-observation.ts';
import type { Profile } from '../../shared/products/profile.ts';

/** A simulation holds so many texts of each kind; clients differ in few of them. */
const textsAtMost = 20_000;

/** Reads each text once: most looks of a simulation find the same texts again. */
export function rememberingParsers(profile: Profile): LookParsers {
  const { configuration, version, transcript } = parsersOf(profile);
  return {
    configuration: remembering(configuration),
    version: remembering(version),
    transcript: remembering(transcript),
    files: rememberingFiles(),
  };
}

function remembering<Text extends string | null, T>(read: (text: Text) => T): (text: Text) => T {
  const known = new Map<Text, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = read(text);
    if (known.size < textsAtMost) known.set(text, made);
    return made;
  };
}

/** Clients with the same files show the same frozen list; a list of one client is read once. */
function rememberingFiles(): typeof fileStates {
  const known = new WeakMap<object, ReturnType<typeof fileStates>>();
  return (files) => {
    if (!Object.isFrozen(files)) return fileStates(files);
    const found = known.get(files) ?? fileStates(files);
    known.set(files, found);
    return found;
  };
}
