import { useLocation, useMatches } from '@tanstack/react-router'
import { placeOf, type Place } from './navigation.js'

/** The place that the reader is opening. It changes before its page is loaded. */
export function usePlace(): Place | undefined {
  return placeOf(useLocation({ select: ({ pathname }) => pathname }))
}

/** The place whose page is shown. */
export function useShownPlace(): Place | undefined {
  return placeOf(useMatches({ select: (matches) => matches.at(-1)?.pathname ?? '/' }))
}
