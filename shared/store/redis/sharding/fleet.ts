import type { FleetStore } from '../../fleet-store.ts';
import type { ReleaseStore } from '../../release-store.ts';
import { fleetChanges, fleetSize, readClient, readClients, readFleet, readNames } from '../fleet/fleet.ts';
import { drawNames, fleetByName, fleetServers, orderedFleet } from '../fleet/fleet-names.ts';
import { importFleet, importUnique, twinsOf } from '../fleet/import-fleet.ts';
import { readServers } from '../fleet/server-index.ts';
import { spellingsOf } from '../fleet/spellings.ts';
import {
  openCopies,
  readCopies,
  readRelease,
  readReleases,
  stageRelease,
  writeCopies,
} from '../fleet/releases.ts';
import { fromEach, type Shards } from './shards.ts';

/**
 * The fleet lies in shard 0. An entry names the home shard where it does not follow from the rest.
 */
export function fleetStoreOf({ head, all }: Shards): FleetStore {
  const ordered = orderedFleet(head);
  return {
    importFleet: (clients, audit) => importFleet(head, all.length, clients, audit ?? null),
    importUnique: (clients, audit) => importUnique(head, all.length, clients, audit),
    readClient: (client) => readClient(head, client),
    readClients: (clients) => readClients(head, clients),
    twinsOf: (clients) => twinsOf(head, clients),
    logonServers: () => readServers(head),
    spellings: (names) => spellingsOf(head, names),
    fleet: () => readFleet(head),
    fleetByName: (range) => fleetByName(ordered, range),
    fleetServers: (logonServers) => fleetServers(ordered, logonServers),
    drawNames: (draws) => drawNames(ordered, draws),
    fleetNames: () => readNames(head),
    fleetSize: () => fleetSize(head),
    fleetChanges: () => fleetChanges(head),
  };
}

/** Releases lie in shard 0. Every shard knows on which logon servers the copies are verified. */
export const releaseStoreOf = (shards: Shards): ReleaseStore => ({
  stageRelease: async (release, evidence, audit) => {
    // The other shards know of a release's copies before readers find the release.
    await Promise.all(shards.others.map((shard) => openCopies(shard, release)));
    await stageRelease(shards.head, release, evidence, audit);
  },
  readRelease: (release) => readRelease(shards.head, release),
  releases: () => readReleases(shards.head),
  readCopies: (release) => readCopies(shards.head, release),
  writeCopies: async (release, manifest, found, forgotten, leader) => {
    const asked = { release, manifest, found, forgotten, leader };
    return (await fromEach(shards, (shard) => writeCopies(shard, asked))).every(Boolean);
  },
});
