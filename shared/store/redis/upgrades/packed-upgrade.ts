import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  decodeMemory,
  encodeMemory,
  flatMemory,
  type StoredMemory,
} from '../../../domain/upgrade/memory-codec.ts';
import { presentState, type Upgrade } from '../../../domain/upgrade/state.ts';

/**
 * How an upgrade is written into its record: as JSON without what its key and fields say already,
 * and without memory that is still as at the beginning. An upgrade that rests for long, as most of
 * a large fleet does, is deflated on top: `1` and base64url.
 */

/**
 * Text that resting upgrades have in common, so that only the differences take room. The text
 * belongs to the form `1`: with one letter changed, older records cannot be read. Another text
 * needs another form.
 */
const commonText = Buffer.from(
  [
    '{"attempt":1,"wave":0,"state":{"phase":"deferred","class":"unreachable","class":"couldNotLook","class":"restart","class":"logon",',
    '"class":"download","class":"load","class":"busy","class":"window","class":"service","class":"program","until":17',
    ',"because":"waits for a logon: it starts the update","because":"pcmwin32.exe, started by CORP\\\\ in session 1","blockers":[]',
    '"because":"pcmsvc32.exe, service SMS_PACKAGE_COMMAND_MANAGER_NT, automatic start, runs from C:\\\\MS\\\\SMS\\\\BIN (structural: it runs',
    ' again after every start)","blockers":[{"kind":"service","executable":"pcmsvc32.exe","imagePath":"C:\\\\MS\\\\SMS\\\\BIN\\\\PCMSVC32.EXE",',
    '"pid":88,"since":17,"service":"SMS_PACKAGE_COMMAND_MANAGER_NT","startType":"automatic","structural":true}]},"memory":{"marked":',
    '{"at":17,"bootId":"},"restarts":{"mark":1},"blockers":[{"kind":"program","executable":"pcmwin32.exe",',
    '"imagePath":"C:\\\\MS\\\\SMS\\\\BIN\\\\PCMWIN32.EXE","pid":1,"since":17,"session":1,"user":"CORP\\\\"}]},"memory":{"deferrals":{"program":1},',
    '"sightings":{"program pcmwin32.exe":{"since":17,"lastCounted":17,"looks":1,"restarts":0,"bootId":"-1"}},',
    '"seen":["program pcmwin32.exe"],"lastDeferral":{"class":"program","until":17},"lastLook":{"at":17,"bootId":"","evidence":"',
  ].join(''),
);
const form = '1';
/** Small tables: a record is short, and large tables would take longer to set up than to use. */
const sizes = { level: 1, memLevel: 4, windowBits: 12, dictionary: commonText };

/** @param restsLong deflates, which takes time */
export function packUpgrade(
  { client: _c, logonServer: _l, ...upgrade }: Upgrade,
  restsLong: boolean,
): string {
  const text = JSON.stringify({ ...upgrade, memory: encodeMemory(upgrade.memory) });
  return restsLong ? form + deflateRawSync(text, sizes).toString('base64url') : text;
}

/** The record of an upgrade that had lost it: the whole upgrade, as the first version wrote it. */
export const wholeUpgrade = (upgrade: Upgrade): string =>
  JSON.stringify({ ...upgrade, memory: flatMemory(upgrade.memory) });

/** Reads both forms: packed records and records that were written whole. */
export function unpackUpgrade(client: string, logonServer: string, text: string): Upgrade {
  const read = JSON.parse(text.startsWith(form) ? inflate(text.slice(form.length)) : text) as Packed;
  return { ...read, client, logonServer, state: presentState(read.state), memory: decodeMemory(read.memory) };
}

type Packed = Omit<Upgrade, 'client' | 'logonServer' | 'memory'> & { readonly memory: Partial<StoredMemory> };

const inflate = (text: string): string =>
  inflateRawSync(Buffer.from(text, 'base64url'), { dictionary: commonText }).toString();
