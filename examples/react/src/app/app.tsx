import { MastraProvider } from '@signet/client-js/react'
import { mastraClient } from '../lib/mastra-client'
import { Chat } from './components/chat'
import { TestAgent } from './components/test-agent'

/** The page. */
export const App = () => (
  <MastraProvider client={mastraClient}>
    <h1>Weather agent</h1>
    <TestAgent />
    <Chat />
  </MastraProvider>
)
