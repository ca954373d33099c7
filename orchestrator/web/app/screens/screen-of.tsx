import type { JSX } from 'preact';
import type { Place } from '../router.ts';
import { ApprovalsScreen } from './approvals.tsx';
import { AuditScreen } from './audit.tsx';
import { BlockersScreen } from './blockers.tsx';
import { CampaignScreen } from './campaign.tsx';
import { CampaignsScreen } from './campaigns.tsx';
import { ClientScreen } from './client.tsx';
import { ClientsScreen } from './clients.tsx';
import { FleetImportScreen } from './fleet-import.tsx';
import { FleetScreen } from './fleet.tsx';
import { MoreScreen } from './more.tsx';
import { NotFoundScreen } from './not-found.tsx';
import { OverviewScreen } from './overview.tsx';
import { PlanScreen } from './plan.tsx';
import { ReleasesScreen } from './releases.tsx';
import { SettingsScreen } from './settings.tsx';

/** The screen of a place. */
export function screenOf({ parts }: Place): JSX.Element {
  const [first, name] = parts;
  switch (first) {
    case undefined:
      return <OverviewScreen />;
    case 'campaigns':
      return name === undefined ? <CampaignsScreen /> : <CampaignScreen key={name} name={name} />;
    case 'clients':
      return name === undefined ? <ClientsScreen /> : <ClientScreen key={name} name={name} />;
    case 'blockers':
      return <BlockersScreen />;
    case 'approvals':
      return <ApprovalsScreen />;
    case 'plan':
      return <PlanScreen />;
    case 'releases':
      return <ReleasesScreen />;
    case 'fleet':
      return name === 'import' ? <FleetImportScreen /> : <FleetScreen />;
    case 'audit':
      return <AuditScreen />;
    case 'more':
      return <MoreScreen />;
    case 'settings':
      return <SettingsScreen />;
    default:
      return <NotFoundScreen />;
  }
}
