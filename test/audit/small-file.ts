import { readFileSync } from 'node:fs';
import { sha256 } from '../../shared/evidence.ts';
import { at, clientOf, driven, entry, marking, picks } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { sealingFixture } from './sealing-fixture.ts';

/** A small campaign in three blocks, with every kind of line. */
export async function smallFile(): Promise<Buffer> {
  using sealing = sealingFixture();
  const fixture = storeFixture(sealing.store);
  const imported = { ...entry('', null, 'two clients'), from: '', to: 'imported' };
  await sealing.store.importFleet([clientOf('pc-1'), clientOf('pc-2')], imported);
  const release = { release: 'sms-1.2-sp4', product: 'sms-1.2', servicePack: 4, files: [] };
  const staged = { ...entry('', null, 'staged'), to: 'staged' };
  await sealing.store.stageRelease(release, { sha256: sha256('exit code 0'), text: 'exit code 0' }, staged);
  await sealing.sealer.round();
  await fixture.admitted('sp4', picks(2));
  await sealing.sealer.round();
  const begun = await fixture.begun({ campaign: 'sp4', client: 'pc-1' });
  const look = { sha256: sha256('a look'), text: 'a look' };
  await fixture.commit(begun, marking(begun.stored.upgrade), driven, {
    audit: { ...entry('sp4', 'pc-1'), from: 'looking', to: 'marking', evidence: look.sha256 },
    evidence: [look],
    at,
  });
  await sealing.sealer.round();
  return readFileSync(sealing.archive.files(0)[0] ?? '');
}
