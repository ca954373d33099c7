import type { Halt } from '../../shared/domain/campaign/halt.ts';
import { addAudit } from './sealing.ts';
import type { Tables } from './tables.ts';
import type { AuditEntry } from '../../shared/store/types.ts';

export function commitHalt(tables: Tables, halt: Halt | null, version: number, audit: AuditEntry): boolean {
  if (tables.halt.version !== version) return false;
  tables.halt = { version: version + 1, halt };
  addAudit(tables, audit, version + 1);
  return true;
}
