import type { JSX } from 'preact';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Screen } from '../parts/screen.tsx';
import { isOnPhone, pathOf, screenNames } from '../screen-names.ts';
import { texts } from '../texts.ts';

/** The screens for which the bar of a phone has no room. */
export const MoreScreen = (): JSX.Element => (
  <Screen title={texts.nav.more}>
    <ul class="panel rows more">
      {screenNames
        .filter((name) => !isOnPhone(name))
        .map((name) => (
          <li key={name} data-row>
            <Icon name={name} />
            <Link to={pathOf(name)}>{texts.nav[name]}</Link>
          </li>
        ))}
    </ul>
  </Screen>
);
