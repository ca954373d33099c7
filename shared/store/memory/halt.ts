import type { Halt } from '../../domain/halt.ts';
import type { AuditEntry } from '../store.ts';
import { addAudit } from './sealing.ts';
import type { Tables } from './tables.ts';

export function commitHalt(tables: Tables, halt: Halt | null, version: number, audit: AuditEntry): boolean {
  if (tables.halt.version !== version) return false;
  tables.halt = { version: version + 1, halt };
  addAudit(tables, audit, version + 1);
  return true;
}
