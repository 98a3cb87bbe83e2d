/** The access token of who is signed in, for `getToken`: a new one if Likeness has just refused it. */
export const keycloakToken = (keycloak) => async (refused) => {
  await keycloak.updateToken(keycloak.token === refused ? -1 : 30)
  return keycloak.token
}
