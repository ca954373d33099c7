import type { AuditStore } from '../../shared/store/audit-store.ts';
import { compareIds } from '../../orchestrator/audit/format/entry-line.ts';
import { servpackVersion } from '../../shared/version.ts';
import type { KeptEntry, SealStore } from '../../shared/store/seal-store.ts';
import { rowOf, type Tables } from './tables.ts';
import type { AuditEntry, Evidence } from '../../shared/store/types.ts';

/** Adds an entry under the next id. */
export function addAudit(
  tables: Tables,
  entry: AuditEntry | null,
  version: number | null,
  evidence: readonly Evidence[] = [],
): void {
  if (entry === null) return;
  const hashes = new Set(evidence.map(({ sha256 }) => sha256));
  hashes.delete(entry.evidence ?? '');
  tables.entries += 1;
  const id = `${tables.entries}-0`;
  tables.audit.push({ ...entry, id, version, servpack: servpackVersion, beside: [...hashes] });
}

export const shownEntry = ({
  id: _i,
  version: _v,
  servpack: _s,
  beside: _b,
  ...entry
}: KeptEntry): AuditEntry => entry;

export const sealingOf = (
  tables: Tables,
): SealStore & Pick<AuditStore, 'shards' | 'readSeal' | 'auditAfter'> => ({
  shards: async () => 1,
  readSeal: async () => tables.seals.state,
  auditAfter: async (_shard, after, limit) =>
    tables.audit.filter(({ id }) => compareIds(id, after) > 0).slice(0, limit),
  moveSeal: async (_shard, before, next) => {
    const { head, written } = tables.seals.state;
    const isSame = head?.number === before?.number && head?.head === before?.head;
    if (!isSame || written !== (head?.number ?? 0)) return false;
    tables.seals.state = { head: next, written };
    return true;
  },
  readUpgrades: async (_shard, asked) => asked.map((key) => rowOf(tables, key)?.stored ?? null),
  unwrittenEvidence: async (_shard, sha256s) =>
    sha256s
      .filter((sha256) => !tables.seals.written.has(sha256))
      .flatMap((sha256) => {
        const text = tables.evidence.get(sha256);
        return text === undefined ? [] : [{ sha256, text }];
      }),
  markWritten: async (_shard, block, sha256s) => {
    for (const sha256 of sha256s) tables.seals.written.add(sha256);
    const { head } = tables.seals.state;
    if (head?.number === block) tables.seals.state = { head, written: block };
  },
  trimAudit: async (_shard, keep) => trim(tables, keep),
});

function trim({ audit, seals }: Tables, keep: number): number {
  const { head, written } = seals.state;
  if (head === null) return 0;
  const safe = written === head.number ? head.last : head.after;
  const removable = audit.filter(({ id }) => compareIds(id, safe) <= 0).length;
  return audit.splice(0, Math.max(0, Math.min(audit.length - keep, removable))).length;
}
