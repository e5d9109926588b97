import { useIdentity } from '../api/use-identity.js'
import { grantsForSome } from '../api/permission.js'
import { PLACES, type Place } from './navigation.js'

/** The places that the navigation lists for the caller. */
export function useListedPlaces(): readonly Place[] {
  const granted = useIdentity()?.permissions ?? []
  return PLACES.filter(
    ({ permission }) => permission === undefined || grantsForSome(granted, permission),
  )
}
