//! Which place each invitee gets among those whom one referrer invited: 1, 2, 3 … (requirement L7).

use std::collections::HashSet;

use crate::ids::ParticipantId;

/// What one consistent read says of somebody who may have been invited by a referrer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invited {
    /// Who.
    pub participant_id: ParticipantId,
    /// What their own item says; none once they are erased.
    pub profile: Option<Profile>,
    /// Whether the referrer's alert about them waits for the place.
    pub alert_waits: bool,
    /// Whether they named the referrer's number before it registered.
    pub named_early: bool,
}

/// What a participant's item says of who invited them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Whose link they used.
    pub referrer_id: Option<ParticipantId>,
    /// Whether they have their place.
    pub has_place: bool,
}

/// What is to be done about one invitee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// They get this place.
    Place(u64),
    /// They have a place; the alert about them is still to be released.
    Release,
    /// They were erased before they had a place: the alert about them tells of nobody.
    Withdraw,
    /// They belong to somebody else, or everything is done.
    Nothing,
}

/// What is to be done about each of them, in their order. Those who get a place get the next ones
/// after `total` in that order; who stands here twice gets one.
#[must_use]
pub fn steps(referrer_id: ParticipantId, total: u64, invited: &[Invited]) -> Vec<Step> {
    let mut last = total;
    let mut seen = HashSet::new();
    let mut step = |one: &Invited| {
        if one.profile.is_none() && one.alert_waits {
            return Step::Withdraw;
        }
        // Whoever gets another number may have named it before it was theirs.
        if one.participant_id == referrer_id {
            return Step::Nothing;
        }
        let named = (!one.named_early).then_some(referrer_id);
        let Some(profile) = one.profile.filter(|p| p.referrer_id == named) else {
            return Step::Nothing;
        };
        if !seen.insert(one.participant_id) {
            return Step::Nothing;
        }
        match (profile.has_place, one.alert_waits) {
            (false, _) => {
                last += 1;
                Step::Place(last)
            }
            (true, true) => Step::Release,
            (true, false) => Step::Nothing,
        }
    };
    invited.iter().map(&mut step).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::collection::vec;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const REFERRER: ParticipantId = ParticipantId(Uuid::from_u128(1));
    const OTHER: ParticipantId = ParticipantId(Uuid::from_u128(2));

    fn id(n: u128) -> ParticipantId {
        ParticipantId(Uuid::from_u128(100 + n))
    }

    fn invited(n: u128) -> Invited {
        Invited {
            participant_id: id(n),
            profile: Some(Profile {
                referrer_id: Some(REFERRER),
                has_place: false,
            }),
            alert_waits: true,
            named_early: false,
        }
    }

    fn with(profile: Option<Profile>) -> Invited {
        Invited {
            profile,
            ..invited(9)
        }
    }

    #[test]
    fn who_is_erased_elsewhere_or_done_takes_no_place_and_leaves_no_gap() {
        let of = |referrer_id, has_place| {
            with(Some(Profile {
                referrer_id,
                has_place,
            }))
        };
        let told = Invited {
            alert_waits: false,
            ..of(Some(REFERRER), true)
        };
        let silent = Invited {
            alert_waits: false,
            ..with(None)
        };
        let others = [
            (with(None), Step::Withdraw),
            (silent, Step::Nothing),
            (of(Some(OTHER), false), Step::Nothing),
            (of(None, false), Step::Nothing),
            (of(Some(REFERRER), true), Step::Release),
            (told, Step::Nothing),
            (invited(0), Step::Nothing),
        ];
        for (other, expected) in others {
            let steps = steps(REFERRER, 7, &[invited(0), other, invited(1)]);
            assert_eq!(steps, [Step::Place(8), expected, Step::Place(9)]);
        }
    }

    #[test]
    fn who_named_the_number_early_gets_a_place_unless_they_belong_to_somebody() {
        let early = |referrer_id| Invited {
            named_early: true,
            ..with(Some(Profile {
                referrer_id,
                has_place: false,
            }))
        };
        assert_eq!(steps(REFERRER, 0, &[early(None)]), [Step::Place(1)]);
        for referrer in [REFERRER, OTHER] {
            let settled = early(Some(referrer));
            assert_eq!(steps(REFERRER, 0, &[settled]), [Step::Nothing]);
        }
    }

    #[test]
    fn nobody_has_a_place_among_their_own_invited() {
        let themselves = Invited {
            participant_id: REFERRER,
            named_early: true,
            ..with(Some(Profile {
                referrer_id: None,
                has_place: false,
            }))
        };
        let steps = steps(REFERRER, 3, &[themselves, invited(0)]);
        assert_eq!(steps, [Step::Nothing, Step::Place(4)]);
    }

    /// The same person may stand in several jobs, but is one person.
    fn people() -> impl Strategy<Value = Vec<Invited>> {
        let profile = prop_oneof![
            1 => Just(None),
            1 => any::<bool>().prop_map(|has_place| Some((OTHER, has_place))),
            6 => any::<bool>().prop_map(|has_place| Some((REFERRER, has_place))),
        ];
        let one = (profile, any::<bool>()).prop_map(|(profile, alert_waits)| Invited {
            profile: profile.map(|(referrer, has_place)| Profile {
                referrer_id: Some(referrer),
                has_place,
            }),
            alert_waits,
            ..invited(0)
        });
        let numbered = |people: Vec<Invited>| -> Vec<Invited> {
            let of = |(n, one): (u128, Invited)| Invited {
                participant_id: id(n),
                ..one
            };
            (0..).zip(people).map(of).collect()
        };
        (vec(one, 1..12), vec(any::<prop::sample::Index>(), 0..33)).prop_map(
            move |(people, order)| {
                let people = numbered(people);
                order.iter().map(|at| *at.get(&people)).collect()
            },
        )
    }

    proptest! {
        #[test]
        fn places_follow_the_total_without_gap_or_repeat_one_to_each_in_their_order(
            total in 0_u64..1_000_000,
            jobs in people(),
        ) {
            let steps = steps(REFERRER, total, &jobs);
            prop_assert_eq!(steps.len(), jobs.len());
            let given: Vec<(ParticipantId, u64)> = jobs
                .iter()
                .zip(&steps)
                .filter_map(|(one, step)| match step {
                    Step::Place(place) => Some((one.participant_id, *place)),
                    _ => None,
                })
                .collect();
            let mut waiting: Vec<ParticipantId> = Vec::new();
            for one in &jobs {
                let waits = one.profile.is_some_and(|p| p.referrer_id == Some(REFERRER) && !p.has_place);
                if waits && !waiting.contains(&one.participant_id) {
                    waiting.push(one.participant_id);
                }
            }
            let expected: Vec<_> = waiting.into_iter().zip(total + 1..).collect();
            prop_assert_eq!(given, expected);
        }
    }
}
