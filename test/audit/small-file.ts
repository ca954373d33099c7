import { readFileSync } from 'node:fs';
import { sha256 } from '../../shared/evidence.ts';
import { at, clientOf, driven, entry, marking, picks } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { sealedHouse } from './sealed-house.ts';

/** A small campaign in three blocks, with every kind of line. */
export async function smallFile(): Promise<Buffer> {
  using house = sealedHouse();
  const fixture = storeFixture(house.store);
  const imported = { ...entry('', null, 'two clients'), from: '', to: 'imported' };
  await house.store.importFleet([clientOf('pc-1'), clientOf('pc-2')], imported);
  const release = { release: 'sms-1.2-sp4', product: 'sms-1.2', servicePack: 4, files: [] };
  const staged = { ...entry('', null, 'staged'), to: 'staged' };
  await house.store.stageRelease(release, { sha256: sha256('exit code 0'), text: 'exit code 0' }, staged);
  await house.sealer.round();
  await fixture.admitted('sp4', picks(2));
  await house.sealer.round();
  const begun = await fixture.begun({ campaign: 'sp4', client: 'pc-1' });
  const look = { sha256: sha256('a look'), text: 'a look' };
  await fixture.commit(begun, marking(begun.stored.upgrade), driven, {
    audit: { ...entry('sp4', 'pc-1'), from: 'looking', to: 'marking', evidence: look.sha256 },
    evidence: [look],
    at,
  });
  await house.sealer.round();
  return readFileSync(house.archive.files(0)[0] ?? '');
}
