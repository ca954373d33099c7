import type { JSX } from 'preact';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Screen } from '../parts/screen.tsx';
import { texts } from '../texts.ts';

const screens = ['blockers', 'fleet', 'releases', 'audit', 'settings'] as const;

/** The screens for which the bar of a phone has no room. */
export const MoreScreen = (): JSX.Element => (
  <Screen title={texts.nav.more}>
    <ul class="panel rows more">
      {screens.map((name) => (
        <li key={name} data-row>
          <Icon name={name} />
          <Link to={[name]}>{texts.nav[name]}</Link>
        </li>
      ))}
    </ul>
  </Screen>
);
