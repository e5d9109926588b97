import { Outlet } from '@tanstack/react-router'
import { Suspense, lazy, useEffect, useState } from 'react'
import type { Session } from '../session/session.js'
import { useStanding } from '../api/use-identity.js'
import { useSession } from '../session/use-session.js'
import { Button } from '../ui/button.js'
import { Page } from '../ui/page.js'
import { PageHeader } from '../ui/page-header.js'
import { Refusal } from '../ui/refusal.js'
import { Skeleton } from '../ui/skeleton.js'
import { useShownPlace } from './use-place.js'

const SignInScreen = lazy(async () => ({
  default: (await import('../feature/sign-in/sign-in-screen.js')).SignInScreen,
}))

function Waiting() {
  return (
    <Page>
      <Skeleton label="Asking the server who you are" lines={4} />
    </Page>
  )
}

/**
 * Shows the page, or the sign-in screen until the server accepts a token. An open page stays when its token expires: its
 * next request then asks for another token.
 */
export function Guard() {
  const place = useShownPlace()
  const session = useSession()
  const { data: standing, error, isPlaceholderData, refetch } = useStanding()
  const [signedIn, setSignedIn] = useState<Session>()
  const isGood = standing !== undefined && (!standing.isAuthEnabled || standing.identity)
  useEffect(() => {
    if (isGood && !isPlaceholderData) setSignedIn(session)
  }, [isGood, isPlaceholderData, session])

  const page = (
    <Suspense fallback={<Waiting />}>
      <Outlet />
    </Suspense>
  )
  if (place === undefined || place.isOpen || isGood || signedIn === session) return page
  if (error) {
    return (
      <Page>
        <PageHeader title={place.name} />
        <Refusal
          error={error}
          actions={<Button onClick={() => void refetch()}>Try again</Button>}
        />
      </Page>
    )
  }
  if (standing === undefined || isPlaceholderData) return <Waiting />
  return (
    <Suspense fallback={<Waiting />}>
      <SignInScreen />
    </Suspense>
  )
}
