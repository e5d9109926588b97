import {
  createContext,
  createElement,
  useContext,
  type Context,
  type ReactElement,
  type ReactNode,
} from 'react'
import type { MastraClient } from '../client.js'

const ClientContext: Context<MastraClient | undefined> = createContext<MastraClient | undefined>(
  undefined,
)

/** Gives a client to the components in it. */
export function MastraProvider(props: {
  readonly client: MastraClient
  readonly children?: ReactNode | undefined
}): ReactElement {
  return createElement(ClientContext.Provider, { value: props.client }, props.children)
}

/** The client of the nearest `MastraProvider`. @throws where there is none */
export function useMastraClient(): MastraClient {
  const client = useContext(ClientContext)
  if (client === undefined) throw new Error('This component must be inside a MastraProvider.')
  return client
}
