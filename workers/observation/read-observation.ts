import type { FileState, Observation, Transcript } from '../../shared/domain/observation/observation.ts';
import type { ClientLook } from '../../shared/products/client-look.ts';
import { readLoadEntry } from './load-entry.ts';
import { configurationParsers, transcriptParsers, versionParsers } from '../../shared/products/parsers.ts';
import type { Profile } from '../../shared/products/profile.ts';
import type { Configuration } from '../../shared/products/sms-ini.ts';

/**
 * Interprets what a gateway brought from a client by the product's profile; pure. Judging it (blocked, upgraded, ...)
 * is the domain's business, with one trap kept out here: CopyListVersion, current before a single file has come, is
 * no part of an observation.
 * @param evidenceSha SHA-256 of the look's evidence (`evidenceOf`), kept in the observation
 */
export function readObservation(profile: Profile, look: ClientLook, evidenceSha: string): Observation {
  const configuration = configurationOf(profile, look);
  return {
    at: look.at,
    bootId: look.bootId,
    bootedAt: look.bootedAt,
    role: look.role,
    logonServer: look.logonServer,
    setupPhase: configuration.setupPhase,
    filesNotDownloaded: configuration.filesNotDownloaded,
    files: Object.fromEntries(look.files.map((file) => [file.name.toLowerCase(), fileState(file)])),
    processes: look.processes,
    locked: look.locked.map((name) => name.toLowerCase()),
    services: look.services,
    users: look.users.map(({ name, session, since }) => ({ name, session, since })),
    load: readLoadEntry(look.users, profile.update.program ?? ''),
    packageRunning: look.packageRunning,
    pendingRestart: look.pendingRestart,
    servicePack: profile.version === null ? null : versionParsers[profile.version.parser](look.versionFile),
    transcript: transcriptOf(profile, look),
    intent: look.intent,
    evidence: evidenceSha,
  };
}

/** A product that says nowhere how far its setup is, is judged by its files alone. */
function configurationOf(
  { configuration }: Profile,
  look: ClientLook,
): Pick<Configuration, 'setupPhase' | 'filesNotDownloaded'> {
  return configuration === null
    ? { setupPhase: 'none', filesNotDownloaded: [] }
    : configurationParsers[configuration.parser](look.configuration);
}

/** An error wins over everything: a file that could not be read is never missing and never right. */
function fileState({ sha256, error }: ClientLook['files'][number]): FileState {
  if (error !== undefined) return { unreadable: error };
  return sha256 === null ? { missing: true } : { sha256: sha256.toLowerCase() };
}

function transcriptOf(profile: Profile, { transcript }: ClientLook): Transcript | null {
  if (transcript === null || profile.transcript === null) return null;
  return { at: transcript.at, ...transcriptParsers[profile.transcript.parser](transcript.text) };
}
