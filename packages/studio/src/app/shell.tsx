import { lazy, Suspense, useSyncExternalStore } from 'react'
import { getRenewal, subscribeRenewal } from '../session/renewal.js'
import { AwayBanner } from './away-banner.js'
import { BottomBar } from './bottom-bar.js'
import { Guard } from './guard.js'
import { Sidebar } from './sidebar.js'
import { TopBar } from './top-bar.js'
import { useTitle } from './use-title.js'

const RenewalDialog = lazy(async () => ({
  default: (await import('../feature/sign-in/renewal-dialog.js')).RenewalDialog,
}))

/** The frame of every page. */
export function Shell() {
  const renewal = useSyncExternalStore(subscribeRenewal, getRenewal)
  useTitle()
  return (
    <div className="flex h-dvh">
      <a
        href="#main"
        onClick={(event) => {
          // The fragment of the address is the path of the page.
          event.preventDefault()
          document.getElementById('main')?.focus()
        }}
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent-fill px-3 py-1.5 font-medium text-white focus:translate-y-0"
      >
        Skip to the page
      </a>
      <Sidebar />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar />
        <AwayBanner />
        <main id="main" tabIndex={-1} className="min-h-0 flex-1 outline-none">
          <Guard />
        </main>
        <BottomBar />
      </div>
      <Suspense>{renewal && <RenewalDialog renewal={renewal} />}</Suspense>
    </div>
  )
}
