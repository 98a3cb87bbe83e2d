/** The access token of who is signed in, for `getToken`: a new one if Likeness has just refused it. */
export const supabaseToken = (supabase) => async (refused) => {
  let { data } = await supabase.auth.getSession()
  if (data.session && data.session.access_token === refused) ({ data } = await supabase.auth.refreshSession())
  if (!data.session) throw new Error('Log in again.')
  return data.session.access_token
}
