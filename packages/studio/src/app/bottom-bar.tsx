import { Link } from '@tanstack/react-router'
import { classNames } from '../ui/class-names.js'
import { useListedPlaces } from './use-listed-places.js'
import { usePlace } from './use-place.js'

/** The navigation of a narrow screen. */
export function BottomBar() {
  const place = usePlace()
  const places = useListedPlaces()
  return (
    <nav
      aria-label="Studio"
      className="shrink-0 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul className="grid auto-cols-fr grid-flow-col">
        {places.map(({ path, shortName, icon: Icon }) => (
          <li key={path}>
            <Link
              to={path}
              className={classNames(
                'flex h-13 flex-col items-center justify-center gap-1 text-2xs font-medium focus-visible:-outline-offset-2',
                place?.path === path ? 'text-accent' : 'text-muted',
              )}
            >
              <Icon aria-hidden className="size-4" />
              {shortName}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
