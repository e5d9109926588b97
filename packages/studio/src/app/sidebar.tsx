import { Link } from '@tanstack/react-router'
import { classNames } from '../ui/class-names.js'
import { Mark } from '../ui/mark.js'
import { useListedPlaces } from './use-listed-places.js'
import { usePlace } from './use-place.js'

/** The navigation of a wide screen. */
export function Sidebar() {
  const place = usePlace()
  const places = useListedPlaces()
  return (
    <nav
      aria-label="Studio"
      className="hidden w-48 shrink-0 flex-col border-r border-line bg-canvas p-2 md:flex"
    >
      <p className="mb-2 flex h-9 items-center gap-2 px-2 font-semibold tracking-tight">
        <Mark className="size-5" />
        Signet <span className="font-normal text-faint">Studio</span>
      </p>
      <ul className="flex flex-1 flex-col gap-0.5">
        {places.map(({ path, name, icon: Icon }) => (
          <li key={path} className={classNames(path === '/settings' && 'mt-auto')}>
            <Link
              to={path}
              className={classNames(
                'flex h-8 items-center gap-2.5 rounded-md px-2 font-medium transition-colors',
                place?.path === path
                  ? 'bg-active text-text'
                  : 'text-muted hover:bg-hover hover:text-text',
              )}
            >
              <Icon aria-hidden className={place?.path === path ? 'text-accent' : ''} />
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
