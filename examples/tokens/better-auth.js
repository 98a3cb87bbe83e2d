/** A token of who is signed in, for `getToken`. Better Auth makes one each time it is asked. */
export const betterAuthToken = (authClient) => async () => {
  const { data, error } = await authClient.token()
  if (error) throw new Error('Log in again.')
  return data.token
}
