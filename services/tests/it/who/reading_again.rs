//! The files of TLS change while the server runs.

use super::authority::{Authority, CLIENT, SERVER};
use super::certificates::{GOOD, World, is};
use super::founded::{CLERK, serve};
use super::{ask, say};
use replay::dial::DialError;

#[tokio::test(flavor = "multi_thread")]
async fn files_that_changed_are_used_and_bad_ones_are_not() {
    let world = World::new(&[]);
    let clerk = world.authority.certified(2, CLIENT, GOOD);
    let server = serve(&[is(CLERK, &clerk)], world.access()).await;
    let me = clerk.file(world.path("clerk.me"));
    let line = world.dial(&server, Some(me.clone())).await.expect("known");
    ask(&line).await.expect("answered");
    // A certificate of another authority: who comes from now on sees it, who is there stays.
    let other = Authority::new("other");
    other.certified(1, SERVER, GOOD).files(world.dir.path());
    world.tls.look();
    assert_eq!(world.tls.doubt(), None);
    assert!(matches!(world.dial(&server, Some(me.clone())).await, Err(DialError::Insecure { .. })));
    ask(&line).await.expect("answered as before");
    // One that is broken, one whose key is another's, one whose key others may read: those before stay in use, and it is said.
    world.authority.certified(1, SERVER, GOOD).files(world.dir.path());
    world.tls.look();
    let again = async || world.dial(&server, Some(me.clone())).await.expect("known");
    again().await;
    let spoil: [&dyn Fn(); 3] = [
        &|| std::fs::write(world.path("server.pem"), "no certificate").expect("written"),
        &|| std::fs::write(world.path("server.pem"), other.certified(1, SERVER, GOOD).pem).expect("written"),
        &|| {
            let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
            std::fs::set_permissions(world.path("server.key"), open).expect("a mode");
        },
    ];
    for spoil in spoil {
        spoil();
        world.tls.look();
        let doubt = world.tls.doubt().expect("it is said");
        assert!(doubt.contains("goes on as before") && !doubt.contains("PRIVATE"), "{doubt}");
        let status = ask(&again().await).await.expect("answered");
        assert!(status.doubt.contains("goes on as before"), "{}", status.doubt);
        assert!(!status.doubt.contains(world.dir.path().to_str().expect("text")), "{}", status.doubt);
        world.authority.certified(1, SERVER, GOOD).files(world.dir.path());
        world.tls.look();
        assert_eq!(world.tls.doubt(), None);
    }
    server.stop().await;
}

/// Connections last: what an authority revokes is not asked on them any more.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_revoked_meanwhile_is_worth_nothing_on_open_connections() {
    let world = World::new(&[]);
    let clerk = world.authority.certified(2, CLIENT, GOOD);
    let server = serve(&[is(CLERK, &clerk)], world.access()).await;
    let line = world.dial(&server, Some(clerk.file(world.path("clerk.me")))).await.expect("known");
    say(&line, 7, "").await.expect("taken");
    std::fs::write(world.path("revoked.pem"), world.authority.revoked(&[2])).expect("written");
    ask(&line).await.expect("the list is not read yet");
    world.tls.look();
    assert_eq!(super::why(ask(&line).await), super::stranger("UNKNOWN_CREDENTIAL"));
    std::fs::write(world.path("revoked.pem"), world.authority.revoked(&[])).expect("written");
    world.tls.look();
    ask(&line).await.expect("it was a mistake");
    server.stop().await;
}
