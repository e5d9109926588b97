import { MastraClient } from '@signet/client-js'

export const mastraClient = new MastraClient({
  baseUrl: '',
  headers: {
    Authorization: `Bearer ${process.env.MASTRA_JWT_TOKEN}`,
  },
})
