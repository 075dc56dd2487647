"""Is an officer trained on a day? Completed, in date and passed, for every course needed."""

import pandas as pd

TRAINED = "Trained"
NO_RECORD = "No record"
NOT_YET = "Not yet completed"
EXPIRED = "Expired"
FAILED = "Did not pass"
NO_SCORE = "No score recorded"
_BEST_FIRST = (TRAINED, EXPIRED, NO_SCORE, FAILED, NOT_YET, NO_RECORD)


def complete_records(records: pd.DataFrame, pass_mark: float, valid_months: int) -> pd.DataFrame:
    """Fill in the pass mark and expiry that records leave out.

    `records` has officer, course, completed_on, expires_on (dates), score, pass_mark. A record
    expires `valid_months` after completion where it has no expiry date of its own.
    """
    records = records.assign(
        completed_on=pd.to_datetime(records["completed_on"]),
        expires_on=pd.to_datetime(records["expires_on"]),
        pass_mark=pd.to_numeric(records["pass_mark"]).fillna(pass_mark),
    )
    by_rule = records["completed_on"] + pd.DateOffset(months=valid_months)
    return records.assign(expires_on=records["expires_on"].fillna(by_rule))


def judge(officer_days: pd.DataFrame, courses: list[str], records: pd.DataFrame) -> pd.DataFrame:
    """Return the state of every officer, day and course: the best that any record gives.

    `officer_days` has officer and day, `records` come from `complete_records`. A record holds
    through its day of expiry. Without a score nobody can say that the officer passed.
    """
    asked = officer_days.merge(pd.DataFrame({"course": courses}), how="cross")
    pairs = asked.merge(records, on=["officer", "course"], how="left", suffixes=("", "_record"))
    day = pd.to_datetime(pairs["day"])
    state = pd.Series(TRAINED, index=pairs.index)
    state[pairs["score"] < pairs["pass_mark"]] = FAILED
    state[pairs["score"].isna()] = NO_SCORE
    # An expired record of a course once passed says more than that it was taken.
    state[(pairs["expires_on"] < day) & (state == TRAINED)] = EXPIRED
    state[pairs["completed_on"].isna() | (pairs["completed_on"] > day)] = NOT_YET
    state[~pairs["has_record"].eq(True)] = NO_RECORD
    rank = state.map({name: number for number, name in enumerate(_BEST_FIRST)})
    best = pairs.assign(state=state, rank=rank).sort_values("rank", kind="stable")
    keys = ["officer", "day", "course"]
    best = best.drop_duplicates(keys).sort_values(keys)
    return best[[*keys, "state", "expires_on"]].reset_index(drop=True)
