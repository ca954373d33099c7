import type { JSX } from 'preact';
import { AuditList, Seal } from '../parts/audit-list.tsx';
import { Screen } from '../parts/screen.tsx';
import { texts } from '../texts.ts';

/** What was done, to whom, by whom and why; and whether the files still say so. */
export const AuditScreen = (): JSX.Element => (
  <Screen title={texts.audit.title}>
    <Seal />
    <AuditList />
  </Screen>
);
